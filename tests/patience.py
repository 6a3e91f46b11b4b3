"""How long a test waits for a state before it fails: a hang, and no measure of the machine.

A run on a machine where forty processes wait for two cores passes as well; speed is measured in
benchmarks/, as ratios of one run.
"""

PATIENCE_SECONDS = 300.0
EVERY_SECONDS = 0.05
# For loops that look so often.
MANY_LOOKS = int(PATIENCE_SECONDS / EVERY_SECONDS)
