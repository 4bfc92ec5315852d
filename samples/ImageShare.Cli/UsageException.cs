namespace ImageShare.Cli;

/// <summary>The command line asks for something it cannot have; ends with status 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
