# The image of posetransferd: the service and its command line, and nothing that they do not need.
#
#   docker build -t posetransferd .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp \
#     -e RUNNINGHUB_API_KEY -v posetransferd-data:/var/lib/posetransferd posetransferd
#
# As shipped it listens on loopback inside the container only: callers need tokens before others may reach it. Mount a
# configuration with server.callers over /etc/posetransferd/engine_config.yml, and listen on 0.0.0.0:7411 there.
# Other settings come from PTD_ variables (docs/configuration.md). compose.yml runs it beside the provider's simulator.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcurl4-openssl-dev libprotobuf-c-dev libsqlite3-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# Dependencies change seldom: they are fetched in a layer of their own.
COPY Package.swift ./
RUN swift package resolve
COPY Sources ./Sources
# Package.swift names the test targets and the examples, whose folders must be there; what is in them is not built.
COPY Tests ./Tests
COPY Examples ./Examples
# One build for each program: SwiftPM takes one --product. The linker strips (-s).
RUN swift build -c release --static-swift-stdlib -Xlinker -s --product posetransferd \
    && swift build -c release --static-swift-stdlib -Xlinker -s --product posetransferctl \
    && mkdir /out \
    && cd "$(swift build -c release --show-bin-path)" \
    && cp posetransferd posetransferctl /out/

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="posetransferd" \
      org.opencontainers.image.description="Puts the pose of one picture onto the person of another, through RunningHub" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libprotobuf-c1 libsqlite3-0 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 posetransferd \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/posetransferd --shell /usr/sbin/nologin posetransferd \
    && install --directory --mode 0700 --owner 10001 --group 10001 /var/lib/posetransferd
COPY --from=build /out/ /usr/local/bin/
COPY engine_config.yml /etc/posetransferd/engine_config.yml
COPY LICENSE /usr/share/doc/posetransferd/LICENSE

# The only folder that is written to; the root may be read-only. The environment wins over the configuration file, so a
# storage.path in there counts only where this variable is emptied.
ENV PTD_STORAGE_PATH=/var/lib/posetransferd
VOLUME /var/lib/posetransferd
WORKDIR /var/lib/posetransferd
USER 10001:10001
EXPOSE 7411
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["posetransferd", "health"]
ENTRYPOINT ["posetransferd"]
CMD ["serve", "--config", "/etc/posetransferd/engine_config.yml"]
