using System.Text;
using ImageShare.Cli.Commands;

namespace ImageShare.Cli.Terminals;

/// <summary>
/// Standard output that may fail: its reader ended, it was closed, its disk is full. The share continues; the output that could
/// not be written is reported once on standard error, and the exit status is not 0.
/// </summary>
internal sealed class StandardOutput : Stream
{
    private readonly Stream _inner = Console.OpenStandardOutput();
    private int _failed;

    private StandardOutput()
    {
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Replaces the console's standard output: UTF-8, or ASCII for a terminal that shows nothing else.</summary>
    public static StandardOutput Install()
    {
        var output = new StandardOutput();
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Console.SetOut(new StreamWriter(output, TerminalText.EncodingFor(Console.IsOutputRedirected)) { AutoFlush = true });
        if (!TerminalText.IsUtf8)
        {
            Console.SetError(new StreamWriter(Console.OpenStandardError(), TerminalText.EncodingFor(Console.IsErrorRedirected)) { AutoFlush = true });
        }

        return output;
    }

    public int StatusOr(int status) => status == ExitStatus.Done && Volatile.Read(ref _failed) != 0 ? ExitStatus.Failed : status;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _inner.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Interlocked.Exchange(ref _failed, 1) == 0)
            {
                StandardError.Say($"Standard output cannot be written: {e.Message.TrimEnd('.')}; redirect it elsewhere.");
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
