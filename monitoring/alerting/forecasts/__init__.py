"""Forecasts: toner that will be empty and disks that will be full, while there is time to act."""

from monitoring.alerting.forecasts.forecasting import Forecast, look_ahead, of_device

__all__ = ["Forecast", "look_ahead", "of_device"]
