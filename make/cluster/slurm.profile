# A cluster with Slurm: each job is an srun. Copy this file, fill in what your cluster wants, and give CLUSTER=FILE.
# docs/cluster.md explains the keys.
engine = slurm
partition =
account =
qos =
options =

# Jobs that wait or run at the same time, unless make -j says it.
at_once = 64
# Folds and combinations of a sweep or of tune in one job of Slurm's.
bundle = 1
# Seconds to wait for a file that a node has written (NFS remembers for 60 that it was not there), and for Slurm's
# controller to come back.
latency = 90
patience = 600

# No job asks for more than these: the MB of a node, and the minutes that the partition allows.
memory_max = 64000
time_max = 1440

# MB and minutes follow from rows (images of the shard, or all), input (MB of the files that are read), cpus, and cost
# (CPU milliseconds of the backbone for an image: MobileNetV2 12, VGG16 140, InceptionResNetV2 270, others 300).
# docs/cluster.md has the measurements and the margin of each formula. A job that runs out of either is tried again with
# twice as much.
cpus = 4
memory = 1000
time = 60
split.memory = 4000
split.time = 240
fold.memory = 1000 + rows/300
fold.time = 30 + rows/(300*cpus)
audit.memory = 1000 + rows/300
audit.time = 30 + rows/(300*cpus)
preprocess.memory = 500 + 100*cpus + 8*input
preprocess.time = 10 + rows/(300*cpus)
extract.memory = 1000 + 250*cpus + 2*input
extract.time = 10 + rows*cost/(15000*cpus)
join.cpus = 2
join.memory = 500 + rows/1000
join.time = 10 + input/500
train.memory = 1000 + rows/1000 + 3*input
train.time = 30 + rows/1000
evaluate.memory = 1000 + rows/500
evaluate.time = 30 + rows/5000
explain.memory = 1000 + 250*cpus + rows/1000
explain.time = 60 + input/500
# The job of a bundle, of which each fold or combination is trained and measured; its minutes are for one of them.
hold.memory = 1000 + rows/500 + 3*input
hold.time = 60 + rows/800

# Nodes with GPUs for the backbone, in DEVICE=cuda or auto:
# extract.partition = gpu
# extract.gpus = 1
# extract.time = 10 + rows/6000
# explain.partition = gpu
# explain.gpus = 1
