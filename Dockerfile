# One image, every role: the role is the argument, such as `run payment-service`.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# Restored first and from the lock files: this layer changes only when a package does.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/Kafkadog/*.csproj src/Kafkadog/packages.lock.json src/Kafkadog/
COPY src/Kafkadog.Broker/*.csproj src/Kafkadog.Broker/packages.lock.json src/Kafkadog.Broker/
COPY src/Kafkadog.Broker.Generator/*.csproj src/Kafkadog.Broker.Generator/packages.lock.json src/Kafkadog.Broker.Generator/
COPY src/Kafkadog.Contracts/*.csproj src/Kafkadog.Contracts/packages.lock.json src/Kafkadog.Contracts/
COPY src/Kafkadog.Dashboard/*.csproj src/Kafkadog.Dashboard/packages.lock.json src/Kafkadog.Dashboard/
COPY src/Kafkadog.Messaging/*.csproj src/Kafkadog.Messaging/packages.lock.json src/Kafkadog.Messaging/
COPY src/Kafkadog.Services/*.csproj src/Kafkadog.Services/packages.lock.json src/Kafkadog.Services/
RUN dotnet restore src/Kafkadog --locked-mode
COPY src src
RUN dotnet publish src/Kafkadog -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /app
ENV KAFKADOG_DATA_DIR=/data
RUN mkdir /data && chown $APP_UID /data
USER $APP_UID
VOLUME /data
# Services say whether they are ready; the broker has no HTTP, so that its port answers must do.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${PORT:-9092} && { [ -z \"$PORT\" ] || { printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '; }; }"]
ENTRYPOINT ["/app/kafkadog"]
