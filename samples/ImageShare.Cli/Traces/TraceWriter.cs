using System.Globalization;
using System.Text;
using ImageShare.Cli.Terminals;
using ImageShare.Core.Diagnostics;

namespace ImageShare.Cli.Traces;

/// <summary>
/// Writes every SIP message, the first line of every MSRP chunk, and the start of unreadable input with the reason, to the file given with --trace, as text. It contains personal data. If the file cannot
/// be written, this is reported once and the share continues.
/// </summary>
internal sealed class TraceWriter(FileInfo file) : ITraceFile
{
    private readonly Lock _gate = new();
    private readonly FileStream _stream = new(file.FullName, FileMode.Create, FileAccess.Write, FileShare.Read);
    private bool _closed;

    public void Write(ImageShareTraceEvent message)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            try
            {
                WriteMessage(message);
            }
            catch (IOException e)
            {
                GiveUp(e);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                Close();
            }
        }

        return ValueTask.CompletedTask;
    }

    private void WriteMessage(ImageShareTraceEvent message)
    {
        // The time stands before the last word, which says how long the message is.
        string time = string.Create(CultureInfo.InvariantCulture, $"time {message.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}, ");
        string about = message.Problem is { } problem
            ? string.Create(CultureInfo.InvariantCulture, $"not read: {problem}, {time}bytes {message.Bytes.Length}")
            : string.Create(CultureInfo.InvariantCulture, $"{time}body {message.BodyLength}");
        string head = $"{(message.IsOutgoing ? ">>>" : "<<<")} {message.Protocol} {message.Local} {(message.IsOutgoing ? "to" : "from")} {message.Remote}, {about}\r\n";
        _stream.Write(Encoding.UTF8.GetBytes(head));
        if (message.Bytes.IsEmpty)
        {
            _stream.Write(Encoding.UTF8.GetBytes($"{Shown.Text(message.StartLine)}  {Shown.Text(message.Detail)}"));
        }
        else
        {
            _stream.Write(message.Bytes.Span);
        }

        _stream.Write("\r\n\r\n"u8);
    }

    private void Close()
    {
        _closed = true;
        try
        {
            _stream.Dispose();
        }
        catch (IOException e)
        {
            GiveUp(e);
        }
    }

    private void GiveUp(IOException error)
    {
        StandardError.Say($"The trace file {file} is not complete: {error.Message}");
        if (!_closed)
        {
            _closed = true;
            try
            {
                _stream.Dispose();
            }
            catch (IOException)
            {
                // Already reported above; buffered output is lost.
            }
        }
    }
}
