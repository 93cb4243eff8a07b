# GNU parallel holds back all jobs of this user but four.
engine = command
command = sem --quote --fg --jobs 4 --id hilum
at_once = 16
cpus = 1
latency = 0
