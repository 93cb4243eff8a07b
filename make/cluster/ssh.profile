# Hosts that are reached by ssh without a password and share this folder under the same path. slots are the hosts; one
# that is named as alias of ~/.ssh/config twice gets two jobs.
engine = command
command = ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 {slot}
quote = 1
slots = node1 node2
at_once = 2
watch = 1
latency = 60
