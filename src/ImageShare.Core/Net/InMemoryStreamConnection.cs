using System.IO.Pipelines;
using System.Net;

namespace ImageShare.Core.Net;

/// <summary>One end of a connection of an <see cref="InMemoryNetwork"/>: two crossed pipes, with back-pressure like TCP's.</summary>
internal sealed class InMemoryStreamConnection : IStreamConnection
{
    private static readonly PipeOptions Options =
        new(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false);

    private readonly Pipe _incoming;
    private readonly Pipe _outgoing;
    private int _closed;

    private InMemoryStreamConnection(Pipe incoming, Pipe outgoing, IPEndPoint local, IPEndPoint remote)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
    }

    public PipeReader Input => _incoming.Reader;

    public PipeWriter Output => _outgoing.Writer;

    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    public static (InMemoryStreamConnection Client, InMemoryStreamConnection Server) CreatePair(IPEndPoint client, IPEndPoint server)
    {
        var up = new Pipe(Options);
        var down = new Pipe(Options);
        return (new(down, up, client, server), new(up, down, server, client));
    }

    public void Abort() => Close(new IOException("The connection was reset."));

    public ValueTask DisposeAsync()
    {
        Close(null);
        return ValueTask.CompletedTask;
    }

    private void Close(Exception? reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        // The peer reads the flushed bytes and then the end or reset. Our pending read and the peer's pending write also end.
        _outgoing.Writer.Complete(reason);
        _incoming.Reader.CancelPendingRead();
        _incoming.Reader.Complete(reason);
    }
}
