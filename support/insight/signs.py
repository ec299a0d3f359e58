"""Signs of life that processes leave for each other in Redis."""

WORKER_SEEN = "akwaba:worker:seen"  # set by each sweep, so only a worker that works leaves it
WORKER_SEEN_SECONDS = 30  # six sweeps missed
WORKER_VOICE = "akwaba:worker:voice"  # what it speaks with, left with the other and as long
