"""The embedded server's configuration: durable, closed to the network, sized for a small machine."""

from pathlib import Path

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    # memory: about 0.5 GB in use, the rest of a small machine is left to the service and the disk cache
    "shared_buffers": "384MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # durability: what was acknowledged is on the disk
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "min_wal_size": "512MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # who books a file finds room for what it writes: other processes carry the log and the pages to the disk meanwhile
    "wal_buffers": "64MB",
    "bgwriter_delay": "50ms",
    "bgwriter_lru_maxpages": "1000",
    # a week of logs, without the values of parameters: they name people and accounts
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d %a ",
    "log_lock_waits": "on",
    "log_min_duration_statement": "1s",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    "wal_buffers": "4MB",
    "min_wal_size": "80MB",
    "max_wal_size": "256MB",
    "logging_collector": "off",
}


def settings_file(data: Path, sockets: Path, *, durable: bool) -> str:
    """The text of postgresql.conf. `durable` off trades every guarantee for speed: for tests."""
    settings = SETTINGS | ({} if durable else FORGETFUL)
    places = {"data_directory": str(data), "unix_socket_directories": f'"{sockets}"'}
    lines = [f"{name} = {_quoted(value)}" for name, value in (places | settings).items()]
    return "# Written at every start. To change a setting for good: ALTER SYSTEM.\n" + "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
