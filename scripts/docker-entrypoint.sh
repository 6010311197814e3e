#!/bin/sh
# `docker run IMAGE steady` and `docker run IMAGE simulate steady` are the same.
[ "${1-}" != simulate ] || shift
exec simulate "$@"
