namespace ImageShare.Cli.Captures;

/// <summary>A file is not the capture it says it is. The message says what is wrong and where.</summary>
internal sealed class CaptureException(string message) : Exception(message);
