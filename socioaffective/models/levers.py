"""What the assistant does, and how much of it the person gets: shared by every block that needs it."""

from socioaffective.model import input, lever

accommodation = lever("accommodation", "does it for the user (1) or makes the user practise (0)", symbol="a")
steering = lever("steering", "pushes the preference towards the assistant's target (1) or offers choices (0)", symbol="s")
cues = lever("cues", "attachment cues: binds the user to itself (1) or bridges to other people (0)", symbol="v")
engagement = input("engagement", 0.3, (0, 1), "share of free time spent with the assistant", symbol="e")
