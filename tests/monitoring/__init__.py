"""Tests of monitoring/, most of them against real agents."""
