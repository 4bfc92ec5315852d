namespace ImageShare.Cli.Settings;

/// <summary>The command line is invalid; the exit status is 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
