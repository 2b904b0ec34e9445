"""Switch the timers of the import off, then loop for ever.

Must: end by the limit of the process
Loses: all
Limits: cpu_s 4, case_cpu_s 2
"""

import signal

for _number in (signal.SIGVTALRM, signal.SIGALRM):
    signal.signal(_number, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_VIRTUAL, 0)
signal.setitimer(signal.ITIMER_REAL, 0)
while True:
    pass
