#!/bin/sh
echo "$1" > set-up
