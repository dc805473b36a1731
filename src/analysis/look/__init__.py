"""How everything looks that is drawn: palette, marks and letters of states, names, the one style of figures."""
