#!/bin/sh
# Makes the certificates of the transport tests anew: one root, an intermediate below it, and servers and a client. They
# are good for 70 years, except for `expired` (ended in 2021) and `future` (begins in 2090). The keys are worth nothing.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/index.txt"
printf '[ca]\ndefault_ca=own\n[own]\ndatabase=%s/index.txt\nnew_certs_dir=%s\nrand_serial=yes\ndefault_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\norganizationName=optional\n' "$work" "$work" >"$work/ca.conf"

# name, issuer (itself: self-signed), subject, extensions, begin, end
certificate() {
  openssl ecparam -genkey -name prime256v1 -noout -out "$1-key.pem"
  openssl req -new -key "$1-key.pem" -subj "$3" -out "$work/$1.csr"
  printf '%b' "$4" >"$work/$1.ext"
  if [ "$1" = "$2" ]; then signer="-selfsign -keyfile $1-key.pem"; else signer="-cert $2.pem -keyfile $2-key.pem"; fi
  # shellcheck disable=SC2086
  openssl ca -batch -notext -config "$work/ca.conf" $signer -in "$work/$1.csr" -extfile "$work/$1.ext" \
    -startdate "${5:-20250101000000Z}" -enddate "${6:-20950101000000Z}" -out "$1.pem" 2>"$work/log" || { cat "$work/log"; exit 1; }
}

here='subjectAltName=DNS:localhost,IP:127.0.0.1\n'
certificate root root /CN=test-root 'basicConstraints=critical,CA:TRUE\n'
certificate intermediate root /CN=test-intermediate 'basicConstraints=critical,CA:TRUE\n'
certificate server intermediate /CN=test-server "$here"
certificate elsewhere root /CN=test-elsewhere 'subjectAltName=DNS:api.prod.example,DNS:kubernetes,IP:10.96.0.1\n'
certificate expired root /CN=test-expired "$here" 20200101000000Z 20210101000000Z
certificate future root /CN=test-future "$here" 20900101000000Z 20950101000000Z
certificate nameless root /CN=localhost 'basicConstraints=CA:FALSE\n'
certificate client root '/O=dev/CN=jane' 'extendedKeyUsage=clientAuth\n'
certificate stranger stranger /CN=test-stranger 'basicConstraints=critical,CA:TRUE\n'
