"""The app under load, as gunicorn loads it: the installation is named by the environment."""

from __future__ import annotations

import os
from pathlib import Path

from bench.ground import bench_app, configured

URL, FOLDER = "LIANBAN_BENCH_URL", "LIANBAN_BENCH_FOLDER"

if URL in os.environ:
    application = bench_app(configured(os.environ[URL], Path(os.environ[FOLDER])))
