#!/usr/bin/env bash
# How fast are PUT and GET of 4 KiB and 64 MiB beside nginx on this machine?  bench/beside_nginx.sh [seconds of a round]
#
# nginx serves files with its DAV module and asks nobody who they are: no signature, no digest, no encryption, no sync.
# It is the ground that an HTTP server stands on, not a peer. Rounds alternate between the two; read the ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-5}"
coffer=build/release/coffer
command -v nginx >/dev/null || { echo "nginx is needed: apt-get install nginx-light" >&2; exit 1; }

work="$(mktemp -d)"
chmod 755 "$work"
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait || true
  rm -rf "$work"
}
trap cleanup EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
resident() { awk '/^VmRSS/ {printf "%.1f MiB", $2 / 1024}' "/proc/$1/status"; }

"$coffer" serve --data "$work/data" --listen-s3 127.0.0.1:0 --listen-api off \
  --bootstrap-file "$work/bootstrap.json" --access-log off >"$work/coffer.log" 2>&1 &
server=$!
pids+=("$server")
until [ -s "$work/bootstrap.json" ]; do
  kill -0 "$server" || { cat "$work/coffer.log" >&2; exit 1; }
  sleep 0.02
done
field() { sed -nE "s/.*\"$1\" *: *\"([^\"]*)\".*/\1/p" "$work/bootstrap.json"; }
AWS_ACCESS_KEY_ID="$(field access_key_id)" AWS_SECRET_ACCESS_KEY="$(field secret_access_key)"
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY

port="$(free_port)"
mkdir -p "$work/www/coffer-bench" "$work/tmp"
cat >"$work/nginx.conf" <<CONF
daemon off;
worker_processes auto;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=10000;
  client_max_body_size 0;
  client_body_temp_path $work/tmp;
  proxy_temp_path $work/tmp; fastcgi_temp_path $work/tmp; uwsgi_temp_path $work/tmp; scgi_temp_path $work/tmp;
  server {
    listen 127.0.0.1:$port reuseport;
    root $work/www;
    location / { dav_methods PUT DELETE; create_full_put_path on; }
  }
}
CONF
if [ "$(id -u)" -eq 0 ]; then sed -i "1i user root;" "$work/nginx.conf"; fi
nginx -c "$work/nginx.conf" -e "$work/nginx.log" &
pids+=($!)
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.02; done

echo "machine: $(nproc) x $(sed -nE 's/^model name\s*: //p' /proc/cpuinfo | head -1), $(uname -r); $(nginx -v 2>&1)"
echo "resident, idle: $(resident "$server")"
compare() {
  echo
  echo "== $1 of $2, $3 connections; A is coffer, B is nginx"
  "$coffer" bench --operation "$1" --size "$2" --concurrency "$3" --duration "$seconds" \
    --endpoint "$(field s3_endpoint)" --endpoint-b "http://127.0.0.1:$port" "${@:4}"
  echo "resident, after: $(resident "$server"), at its highest $(awk '/^VmHWM/ {printf "%.1f MiB", $2 / 1024}' "/proc/$server/status")"
}
compare put 4KiB 1
compare put 4KiB 64
compare get 4KiB 1
compare get 4KiB 64
compare put 64MiB 1 --objects 4
compare put 64MiB 4 --objects 8
compare get 64MiB 1 --objects 4
compare get 64MiB 4 --objects 8
