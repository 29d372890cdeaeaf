# Three stages: browser libraries, Python packages, and a small image that runs as nobody in particular.
FROM node:24-slim AS browser
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --silent --ignore-scripts

FROM python:3.13-slim AS packages
COPY requirements.lock .
RUN python -m venv /opt/dayloom/.venv \
    && /opt/dayloom/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
ENV PATH=/opt/dayloom/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=8081 LOG_FORMAT=json
WORKDIR /opt/dayloom
RUN useradd --system --uid 10001 --home-dir /opt/dayloom dayloom && install -d -o dayloom var
COPY --from=packages /opt/dayloom/.venv .venv
COPY . .
COPY --from=browser /build/node_modules/htmx.org/dist/htmx.min.js /build/node_modules/htmx.org/dist/ext/hx-sse.min.js static/vendor/
COPY --from=browser /build/node_modules/@event-calendar/build/dist/event-calendar.min.js static/vendor/
COPY --from=browser /build/node_modules/@event-calendar/build/dist/event-calendar.min.css static/vendor/
USER dayloom
VOLUME /opt/dayloom/var
EXPOSE 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz')"]
CMD ["python", "cli.py", "serve"]
