using System.Globalization;
using System.Text;
using ImageShare.Core.Diagnostics;

namespace ImageShare.Cli;

/// <summary>
/// Writes every SIP message whole, every MSRP chunk's first line, and the beginning of what could not be read with the reason, to the file of --trace. It holds personal data. A file that cannot
/// be written further is said once; the share goes on without it.
/// </summary>
internal sealed class TraceWriter(FileInfo file) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _stream = Open(file);
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

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                Close();
            }
        }
    }

    private void WriteMessage(ImageShareTraceEvent message)
    {
        string about = message.Problem is { } problem
            ? string.Create(CultureInfo.InvariantCulture, $"not read: {problem}, octets {message.Bytes.Length}")
            : string.Create(CultureInfo.InvariantCulture, $"body {message.BodyLength}");
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
                // Said above; what was still buffered is lost with the rest.
            }
        }
    }

    private static FileStream Open(FileInfo file)
    {
        try
        {
            return new FileStream(file.FullName, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--trace: {file} cannot be written: {e.Message} Choose another file.");
        }
    }
}
