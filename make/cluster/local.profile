# Everything on this machine, one job after another, with all its processors. make -j runs several side by side.
engine = command
watch = 1
at_once = 1
latency = 0
