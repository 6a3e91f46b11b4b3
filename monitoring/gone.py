"""Equipment that has left the rooms: it is visited no longer, and its silence is no fault."""

LIFECYCLES = ("retired", "disposed", "written_off", "returned_to_donor", "lost")
