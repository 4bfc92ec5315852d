using System.Globalization;
using System.Text;
using ImageShare.Core.Diagnostics;

namespace ImageShare.Cli;

/// <summary>Writes every SIP message whole, and every MSRP chunk's first line, to the file of --trace. It holds personal data.</summary>
internal sealed class TraceWriter(FileInfo file) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _stream = Open(file);

    public void Write(ImageShareTraceEvent message)
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"{(message.IsOutgoing ? ">>>" : "<<<")} {message.Protocol} {message.Local} {(message.IsOutgoing ? "to" : "from")} {message.Remote}, body {message.BodyLength}\r\n");
        lock (_gate)
        {
            _stream.Write(Encoding.UTF8.GetBytes(head));
            if (message.Octets.IsEmpty)
            {
                _stream.Write(Encoding.UTF8.GetBytes($"{Shown.Text(message.StartLine)}  {Shown.Text(message.Detail)}"));
            }
            else
            {
                _stream.Write(message.Octets.Span);
            }

            _stream.Write("\r\n\r\n"u8);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stream.Dispose();
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
            throw new UsageException($"The trace file {file} cannot be written: {e.Message}");
        }
    }
}
