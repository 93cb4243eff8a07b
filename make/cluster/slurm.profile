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

# MB and minutes follow from rows (images of the shard), input (MB of the files that are read) and cpus, as
# measured (docs/cluster.md); a job that runs out of either is tried again with twice as much.
cpus = 4
memory = 1000
time = 60
split.time = 60
fold.time = 60
audit.time = 60
preprocess.memory = 500 + 100*cpus
preprocess.time = 10 + rows/(300*cpus)
extract.memory = 2000 + 250*cpus
extract.time = 10 + rows/(20*cpus)
join.cpus = 2
join.time = 10 + input/500
train.memory = 1000 + 4*input
train.time = 30 + rows/1000
evaluate.memory = 1000 + 4*input
evaluate.time = 30 + rows/1000
explain.memory = 2000 + 250*cpus
explain.time = 60

# Nodes with GPUs for the backbone, in DEVICE=cuda or auto:
# extract.partition = gpu
# extract.gpus = 1
# extract.time = 10 + rows/6000
# explain.partition = gpu
# explain.gpus = 1
