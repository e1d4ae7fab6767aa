# docker build --tag admin-keys-emulator .    the published image, which is the last stage

FROM node:24.21.0-bookworm-slim AS build
# Only this stage has the bundled packages, so the SBOM must scan it as well.
ARG BUILDKIT_SBOM_SCAN_STAGE=true
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --workspaces=false --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.ts \
  && npm prune --omit=dev --workspaces=false --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/.bin \
  && find node_modules -name '*.map' -delete \
  && find node_modules -type d -empty -delete \
  && cd node_modules/better-sqlite3 \
  && find deps src prebuilds -type f ! -name "linux-$(node -p process.arch).node" -delete

# The root filesystem holds node, the shared libraries that it and the addon load, and the program. It has no shell.
RUN install -d /image/app /image/seed \
  && install -d -o 1000 -g 1000 /image/data \
  && install -d -m 1777 /image/tmp \
  && cp -r LICENSE package.json bin dist fixtures migrations node_modules /image/app \
  && ldd /usr/local/bin/node node_modules/better-sqlite3/prebuilds/*.node | grep -o '/[^ :]*\.so[^ ]*' | sort -u \
    | xargs cp -L --parents -t /image /usr/local/bin/node /usr/share/doc/libc6/copyright \
      /usr/share/doc/libgcc-s1/copyright /usr/share/doc/libstdc++6/copyright \
  && if [ -e /usr/local/LICENSE ]; then cp --parents -t /image /usr/local/LICENSE; fi

# The image contains the compiled code, because a program cannot keep it in a read-only filesystem. Node's own part is removed: it
# would be found only by the user who wrote it.
RUN NODE_COMPILE_CACHE=/image/app/cache node scripts/warm-compile-cache.ts /image/app/bin/admin-keys-emulator.cjs \
  && rm -r /image/app/cache/v* \
  && chmod a+r /image/app/cache/*

FROM scratch AS release
COPY --from=build /image /
ARG VERSION=unreleased REVISION= SOURCE=https://github.com/admin-keys-emulator/admin-keys-emulator
LABEL org.opencontainers.image.title="admin-keys-emulator" \
  org.opencontainers.image.description="A local server that behaves like OpenAI's Admin API keys endpoints, for use as a test double. Unofficial." \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION" \
  org.opencontainers.image.source="$SOURCE"
ENV EMULATOR_HOST=0.0.0.0 EMULATOR_SEED_FOLDER=/seed NODE_COMPILE_CACHE=/app/cache
USER 1000:1000
EXPOSE 4010
ENTRYPOINT ["/usr/local/bin/node", "/app/bin/admin-keys-emulator.cjs"]
# No --start-interval: builders without BuildKit reject it. compose.yaml checks more often while the container starts.
HEALTHCHECK --interval=2s --timeout=3s --start-period=30s --retries=3 \
  CMD ["/usr/local/bin/node", "/app/bin/admin-keys-emulator.cjs", "healthcheck"]
