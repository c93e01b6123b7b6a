"""What a WSGI server serves: `gunicorn wsgi:application`."""

import sys

from api.app import create_app
from engine.errors import LianbanError

BOOT_FAILED = 3  # tells gunicorn to give up instead of starting worker after worker

try:
    application = create_app()
except LianbanError as error:  # a setting, a file or the schema: one line says what to do
    print(error.message.zh, error.message.en, file=sys.stderr)
    sys.exit(BOOT_FAILED)
