# One machine with several GPUs: each shard has one to itself. slots are their numbers, cpus the processors for each.
engine = command
command = env CUDA_VISIBLE_DEVICES={slot}
slots = 0 1 2 3
at_once = 4
watch = 1
cpus = 4
latency = 0
