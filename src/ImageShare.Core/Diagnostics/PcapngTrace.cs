using System.Net;
using System.Reflection;
using System.Threading.Channels;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// Writes traced messages to a pcapng file, which Wireshark and tshark open: give <see cref="Write"/> to <c>ImageShareOptions.Trace</c>. Each SIP message and each
/// MSRP chunk is a packet of its own, with made up IP, UDP and TCP headers from the addresses and ports of the event; what passed over TLS is written as it was
/// before encryption. Images and credentials are left out unless the options say otherwise. It contains personal data: names, addresses and file names.
/// </summary>
/// <remarks>
/// All members are thread-safe. Writing happens in the background: <see cref="Write"/> never waits for the disk and never throws because of it. Several clients may
/// share a trace; a message between two of them is then in it twice, unless only what is outgoing is given to it.
/// </remarks>
public sealed class PcapngTrace : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SyntheticPackets _packets = new();
    private readonly Channel<(byte[] Bytes, bool EndsMessage)> _blocks = Channel.CreateUnbounded<(byte[], bool)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly PcapngTraceOptions _options;
    private readonly Stream _stream;
    private readonly Task _writing;
    private long _waitingBytes;
    private long _missing;
    private long _missingSaid;
    private Exception? _failure;

    /// <summary>Writes to a stream.</summary>
    /// <param name="stream">The stream; the trace disposes of it.</param>
    /// <param name="options">What to write; null for <see cref="PcapngTraceOptions.Default"/>.</param>
    public PcapngTrace(Stream stream, PcapngTraceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _options = options ?? PcapngTraceOptions.Default;
        string version = typeof(PcapngTrace).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        Add(PcapngBlocks.Start("ImageShare.Core " + version), endsMessage: false);
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>How many messages are not in the file because it could not be written fast enough, or at all.</summary>
    public long MissingMessages => Interlocked.Read(ref _missing);

    /// <summary>Why the file is not complete; null if nothing failed.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Creates a file, or overwrites it.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created.</exception>
    public static PcapngTrace Create(string path, PcapngTraceOptions? options = null) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 64 * 1024, FileOptions.Asynchronous), options);

    /// <summary>Adds a message. After <see cref="DisposeAsync"/> it does nothing.</summary>
    public void Write(ImageShareTraceEvent message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Failure is not null)
        {
            Interlocked.Increment(ref _missing);
            return;
        }

        (byte[] bytes, string? remark) = TracedMessage.Render(message, _options);
        (IPEndPoint local, IPEndPoint remote) = SyntheticPackets.Ends(message.Local, message.Remote);
        (IPEndPoint from, IPEndPoint to) = message.IsOutgoing ? (local, remote) : (remote, local);
        lock (_gate)
        {
            // In the order of the file, so that sequence numbers grow. A message that is left out keeps its numbers: a reader sees that something is missing.
            byte[][] packets = message.Protocol == "SIP/UDP" ? [_packets.Datagram(from, to, bytes)] : [.. _packets.Segments(from, to, bytes)];
            if (Interlocked.Read(ref _waitingBytes) + packets.Sum(static p => (long)p.Length) > _options.MaxWaitingBytes)
            {
                Interlocked.Increment(ref _missing);
                return;
            }

            long missing = MissingMessages;
            if (missing > _missingSaid)
            {
                remark = $"{missing - _missingSaid} messages before this one are missing, because the file could not be written fast enough{(remark is null ? null : "; " + remark)}";
                _missingSaid = missing;
            }

            for (int i = 0; i < packets.Length; i++)
            {
                Add(PcapngBlocks.Packet(message.Time, message.IsOutgoing, i == 0 ? remark : null, packets[i]), i == packets.Length - 1);
            }
        }
    }

    /// <summary>
    /// Writes what waits and closes the file; gives up after <see cref="PcapngTraceOptions.CloseTimeout"/>. Never throws because of the disk: see <see cref="Failure"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            // Not between two segments of a message.
            _blocks.Writer.TryComplete();
        }

        try
        {
            await _writing.WaitAsync(_options.CloseTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Fail(new TimeoutException($"The disk did not take the rest of the trace within {_options.CloseTimeout.TotalSeconds:0.#} s."));
        }
    }

    private void Add(byte[] block, bool endsMessage)
    {
        if (_blocks.Writer.TryWrite((block, endsMessage)))
        {
            Interlocked.Add(ref _waitingBytes, block.Length);
        }
        else if (Failure is not null)
        {
            CountMissing(endsMessage);
        }
    }

    private void CountMissing(bool endsMessage) => Interlocked.Add(ref _missing, endsMessage ? 1 : 0);

    private async Task WriteAllAsync()
    {
        bool loses = false;
        try
        {
            await using (_stream.ConfigureAwait(false))
            {
                while (await _blocks.Reader.WaitToReadAsync().ConfigureAwait(false))
                {
                    while (_blocks.Reader.TryRead(out (byte[] Bytes, bool EndsMessage) block))
                    {
                        loses = block.EndsMessage;
                        await _stream.WriteAsync(block.Bytes).ConfigureAwait(false);
                        loses = false;
                        Interlocked.Add(ref _waitingBytes, -block.Bytes.Length);
                    }

                    // A program that is killed leaves all that was written when it was quiet.
                    await _stream.FlushAsync().ConfigureAwait(false);
                }

                if (MissingMessages > 0)
                {
                    await _stream.WriteAsync(PcapngBlocks.Missing(TimeProvider.System.GetUtcNow(), MissingMessages)).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            // Any exception: the stream may be the application's. The share goes on without its trace.
            Fail(e);

            // What waits would only hold memory, as would what another thread is about to add.
            _blocks.Writer.TryComplete();
            CountMissing(loses);
            while (_blocks.Reader.TryRead(out (byte[] Bytes, bool EndsMessage) block))
            {
                CountMissing(block.EndsMessage);
            }
        }
    }

    private void Fail(Exception error)
    {
        if (Interlocked.CompareExchange(ref _failure, error, null) is null)
        {
            _options.OnFailure?.Invoke(error);
        }
    }
}
