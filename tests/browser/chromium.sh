#!/bin/sh
# Installs Debian's Chromium for the browser tests, where there is none and it may.

for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update --quiet
    for package in chromium-headless-shell chromium; do  # without windows, half the work; older systems have the whole only
        apt-get install --yes --quiet --no-install-recommends "$package" fonts-dejavu && exit 0
    done
fi

echo >&2
echo "*** There is no Chromium here, and it could not be installed. THE BROWSER TESTS WILL BE SKIPPED." >&2
echo "*** Install it by hand: apt-get install chromium-headless-shell fonts-dejavu" >&2
echo >&2
