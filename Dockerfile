# The product as one image; web, worker, beat and migrate are its commands.
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS build
# Debian's own Python comes without venv; python images have it.
RUN python3 -c 'import ensurepip' 2>/dev/null \
    || { apt-get update && apt-get install -y --no-install-recommends python3-venv; }
RUN python3 -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.txt ./
# Left out: other languages than vendors read, packages' own tests, and what only
# makers of packages read.
RUN pip install --no-cache-dir --require-hashes -r requirements.txt \
    && cd /venv/lib/python3*/site-packages \
    && find . -mindepth 3 -maxdepth 7 -type d -path '*/locale/*' -name '[a-z]*' \
        ! -path '*/locale/en*' ! -path '*/locale/de*' ! -path '*/locale/fr*' -prune -exec rm -rf {} + \
    && find . -type d \( -name tests -o -name test \) ! -path './django/test' \
        -prune -exec rm -rf {} + \
    && find . -type f \( -name '*.po' -o -name '*.pyi' -o -name '*.pyx' -o -name '*.c' \
        -o -name '*.h' \) -delete
COPY manage.py ./
COPY evaltracker evaltracker
COPY stakeholders stakeholders
COPY vendors vendors
COPY trials trials
COPY locale locale
COPY docs docs
COPY deploy/health.sh deploy/health.py deploy/
# The key signs nothing here: it only lets the settings load.
RUN SECRET_KEY=only-while-building DATA_DIR=/tmp/data \
    python manage.py collectstatic --noinput --verbosity 0 \
    && pybabel -q compile -D django -d locale \
    && python -m compileall -q evaltracker stakeholders vendors trials \
    # From now on they are served from where they were collected.
    && rm -rf /venv/lib/python3*/site-packages/*/static \
        /venv/lib/python3*/site-packages/django/contrib/*/static \
    && find staticfiles \( -name '*.map' -o -name '*.map.*' \) -delete \
    # A checkout may be readable by its owner only; the product's user is another.
    && chmod -R a+rX /app \
    && pip uninstall --yes --quiet pip

FROM ${BASE}
# What WeasyPrint draws the decision memo with.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
        fonts-droid-fallback \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/* \
        /usr/share/doc /usr/share/man /usr/share/locale \
    && groupadd --gid 10001 evaltracker \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home \
        --shell /usr/sbin/nologin evaltracker \
    # A volume takes over the owner of the folder that it is put on.
    && install -d -o 10001 -g 10001 -m 750 /data /data/media /data/media/claim_files \
        /anchors
COPY --from=build /venv /venv
COPY --from=build /app /app
# Two arenas: else each thread keeps the memory of the largest file that it ever held.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data MALLOC_ARENA_MAX=2
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s \
    CMD ["deploy/health.sh", "python", "deploy/health.py", "web"]
CMD ["gunicorn", "--config=python:evaltracker.serving.settings", \
     "--bind=0.0.0.0:8000", "--workers=2"]
