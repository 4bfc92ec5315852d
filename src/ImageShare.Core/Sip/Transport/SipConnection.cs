using System.Buffers;
using System.IO.Pipelines;
using ImageShare.Core.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transport.Timers;

namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// One stream connection: a loop that reads messages from it, and a lock that lets one writer at a time write a whole message. It is the opaque handle of
/// <see cref="SipSource.Connection"/>. The reader and its keep-alive belong to the loop; all public members may be used from any thread.
/// </summary>
#pragma warning disable CA1001 // The semaphore is only awaited, so it holds nothing to release; a late writer may still use it.
internal sealed class SipConnection
#pragma warning restore CA1001
{
    private static readonly byte[] Pong = "\r\n"u8.ToArray();

    private readonly IStreamConnection _stream;
    private readonly SipTransportOptions _options;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SipConnectionDeadline _deadline;
    private volatile SipKeepAlive? _keepAlive;
    private volatile bool _closed;
    private CancellationToken _stop;

    public SipConnection(IStreamConnection stream, SipConnectionKey key, bool isOpener, SipTransportOptions options)
    {
        _stream = stream;
        _options = options;
        IsOpener = isOpener;
        Key = key;
        Source = new SipSource(stream.RemoteEndPoint, key.Protocol, this);
        _deadline = new SipConnectionDeadline(options.TimeProvider, options.ReceiveTimeout, options.IdleTimeout, isAccepted: !isOpener, Abort);
    }

    /// <summary>The destinations it may be reused for.</summary>
    public SipConnectionKey Key { get; }

    /// <summary>Whether this side opened it.</summary>
    public bool IsOpener { get; }

    public SipSource Source { get; }

    public IStreamConnection Stream => _stream;

    public bool IsOpen => !_closed;

    /// <summary>The time since the last send or receive.</summary>
    public TimeSpan Silence => _deadline.Silence;

    /// <summary>Completes when the loop has ended and the connection is released.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start(SipInbound inbound, Action<SipConnection> ended, CancellationToken stop)
    {
        _stop = stop;
        if (_options.KeepAliveInterval is { } interval)
        {
            KeepAlive(interval);
        }

        Completion = Task.Run(() => RunAsync(inbound, ended, stop), CancellationToken.None);
    }

    /// <summary>Sends keep-alives from now on, at least so often, if this side has opened the connection.</summary>
    public void KeepAlive(TimeSpan interval)
    {
        if (!IsOpener || _keepAlive?.Interval <= interval)
        {
            return;
        }

        var keepAlive = new SipKeepAlive(interval, _options.TimeProvider, ping => TryWriteAsync(ping, _stop), Abort);
        Interlocked.Exchange(ref _keepAlive, keepAlive)?.Dispose();
        if (_closed)
        {
            keepAlive.Dispose();
        }
    }

    public void Abort()
    {
        _closed = true;
        _stream.Abort();
    }

    /// <summary>Writes one whole message. False when the connection is lost: the peer did not get the message.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; a connection that was being written to is aborted.</exception>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.ConnectionLost"/>: the peer did not read within the send timeout.</exception>
    public async ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.SendTimeout, _options.TimeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        bool writing = false;
        try
        {
            await _writing.WaitAsync(both.Token).ConfigureAwait(false);
            try
            {
                if (_closed)
                {
                    return false;
                }

                writing = true;
                FlushResult flushed = await _stream.Output.WriteAsync(bytes, both.Token).ConfigureAwait(false);
                return OnFlushed(flushed);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (OperationCanceledException)
        {
            if (writing)
            {
                // Part of the message may have been sent, so the connection cannot be used any more.
                Abort();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw new ImageShareException(
                ImageShareError.ConnectionLost, $"{Source.Remote} has read nothing for {_options.SendTimeout.TotalSeconds} s; the connection was closed.");
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            // Any of these means that the connection is lost (InvalidOperationException: its pipe is completed).
            Abort();
            return false;
        }
    }

    private bool OnFlushed(FlushResult flushed)
    {
        if (flushed.IsCompleted)
        {
            Abort();
            return false;
        }

        _deadline.OnSent();
        return true;
    }

    private async Task RunAsync(SipInbound inbound, Action<SipConnection> ended, CancellationToken stop)
    {
        try
        {
            await PumpAsync(inbound, stop).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The peer reset the connection, or the transport closes: it ends this connection only.
        }

        _closed = true;
        _keepAlive?.Dispose();
        _deadline.Dispose();
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
            await _stream.Input.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            ended(this);
        }
    }

    private async Task PumpAsync(SipInbound inbound, CancellationToken stop)
    {
        var reader = new SipReader(_options.Limits);
        PipeReader input = _stream.Input;
        while (true)
        {
            ReadResult read = await input.ReadAsync(stop).ConfigureAwait(false);
            SipKeepAlive? keepAlive = _keepAlive;
            keepAlive?.OnReceived();
            ReadOnlySequence<byte> rest = read.Buffer;
            OperationStatus status = Deliver(reader, inbound, ref rest, out ReadOnlySequence<byte> undelivered);
            bool delivered = undelivered.Length < read.Buffer.Length;
            if (reader.TakeKeepAlives() is > 0 and int keepAlives && keepAlive is null)
            {
                // RFC 5626 §4.4.1: answer CRLF CRLF with CRLF, once per read. On a connection where this side sends keep-alives, empty lines are their answers.
                inbound.Statistics.CountKeepAlives(keepAlives);
                await TryWriteAsync(Pong, stop).ConfigureAwait(false);
            }

            if (status == OperationStatus.InvalidData)
            {
                await RefuseAsync(reader, inbound, undelivered, stop).ConfigureAwait(false);
                return;
            }

            bool partial = !rest.IsEmpty || reader.IsInBody;
            input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return;
            }

            _deadline.OnReceived(delivered, partial);
        }
    }

    // Delivers all complete messages in the buffer. Bytes after the last of them are kept for the next read.
    private OperationStatus Deliver(SipReader reader, SipInbound inbound, ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> undelivered)
    {
        undelivered = rest;
        OperationStatus status;
        while ((status = reader.Read(ref rest, out SipMessage? message)) == OperationStatus.Done)
        {
            inbound.Receive(message!, Source, _stream.LocalEndPoint, inPlace: rest.IsEmpty);
            undelivered = rest;
        }

        return status;
    }

    private async ValueTask RefuseAsync(SipReader reader, SipInbound inbound, ReadOnlySequence<byte> received, CancellationToken stop)
    {
        inbound.ReceiveUnreadable(reader.Refused, reader.Error!.Value, Source, _stream.LocalEndPoint, received);
        if (SipInbound.MakeRefusal(reader.Refused, reader.Error!.Value.Code, Source) is not { } refusal)
        {
            return;
        }

        byte[] bytes = refusal.ToArray();
        inbound.Tracing.Emit(true, refusal, new SipHop(Source.Protocol, _stream.LocalEndPoint, Source.Remote), bytes);
        if (await TryWriteAsync(bytes, stop).ConfigureAwait(false))
        {
            inbound.Statistics.CountRefused();
        }
    }
}
