namespace ImageShare.Cli.Captures;

/// <summary>A file is not the capture it says it is. The message says what is wrong and where.</summary>
internal sealed class CaptureException(string message, long offset = 0) : Exception(message)
{
    public long Offset => offset;
}
