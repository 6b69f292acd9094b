"""Set what the frameworks read when they are first imported, here and in the processes that tests start."""

from __future__ import annotations

import os

# On processors with AVX-512, MindSpore's CPU convolutions fall back to reference code without this: 0.4 s, not 4 ms.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
os.environ.setdefault("GLOG_v", "3")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
