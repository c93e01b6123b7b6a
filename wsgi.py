"""The WSGI application: `gunicorn wsgi:application`."""

from api.app import create_app

application = create_app()
