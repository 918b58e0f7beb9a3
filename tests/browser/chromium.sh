#!/bin/sh
# Installs Debian's Chromium for the browser tests, where there is none and it may.

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends chromium fonts-dejavu && exit 0
fi

echo >&2
echo "*** There is no Chromium here, and it could not be installed. THE BROWSER TESTS WILL BE SKIPPED." >&2
echo "*** Install it by hand: apt-get install chromium fonts-dejavu" >&2
echo >&2
