using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>A message to send.</summary>
public sealed record MsrpOutgoingContent
{
    /// <summary>Describes a message.</summary>
    /// <param name="contentType">The type of the content.</param>
    /// <param name="length">The length in bytes, all of which the source must return.</param>
    /// <param name="read">
    /// Reads the next bytes of the content into the given memory and returns how many; 0 is the end. One call at a time, ahead of
    /// what is on the wire.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public MsrpOutgoingContent(MediaType contentType, long length, Func<Memory<byte>, CancellationToken, ValueTask<int>> read)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentNullException.ThrowIfNull(read);
        ContentType = contentType;
        Length = length;
        Read = read;
    }

    /// <summary>The type of the content.</summary>
    public MediaType ContentType { get; }

    /// <summary>The bytes of the content.</summary>
    public long Length { get; }

    /// <summary>Reads the next bytes. Not called for bytes in memory.</summary>
    public Func<Memory<byte>, CancellationToken, ValueTask<int>> Read { get; }

    /// <summary>
    /// The bytes of one chunk, at least 1. Default 2048, which known peers send, and the most that need not be interruptible (RFC 4975 §7.1.1).
    /// <see cref="long.MaxValue"/> sends the message in one SEND that is interrupted only when something else has to be sent.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long ChunkSize { get; init => field = OptionRange.AtLeast(1, value); } = 2048;

    /// <summary>
    /// The most chunks that may be in flight, in addition to the limit of the connection. Default: no limit, since a sender does not have to wait for
    /// responses (RFC 4975 §7.1.1). 1 sends in lock-step, for peers that lose chunks sent in quick succession.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxUnanswered { get; init => field = OptionRange.AtLeast(1, value); } = int.MaxValue;

    /// <summary>The average rate in bytes per second, at least 1; null (the default) sends as fast as the peer takes them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public long? MaxBytesPerSecond { get; init => field = value is { } set ? OptionRange.AtLeast(1, set) : null; }

    /// <summary>The id of the message; null (the default) generates one of 128 random bits.</summary>
    public string? MessageId { get; init; }

    /// <summary>Whether to request success reports. The result does not wait for them unless <see cref="AwaitSuccessReport"/> is set.</summary>
    public bool SuccessReport { get; init; }

    /// <summary>
    /// Whether the result waits until the reports requested by <see cref="SuccessReport"/> cover every byte: through relays, only they say that
    /// the peer itself has the message (RFC 4975 §7.1.1). The wait ends with the session, and when no report has arrived for
    /// <see cref="Sessions.MsrpEndpointOptions.IdleTimeout"/> (and a <see cref="Sessions.MsrpEndpointOptions.TransactionTimeout"/> more), even if the peer sends other requests; the outcome is
    /// then <see cref="MsrpSendOutcome.Unknown"/>.
    /// </summary>
    public bool AwaitSuccessReport { get; init; }

    /// <summary>
    /// The Content-Disposition of the first chunk (RFC 2183), such as <c>render; filename="cat.png"; size=5</c>: at most 4,096 characters, no control
    /// characters. Null, the default, omits the header, which means <c>render</c> (RFC 5547 §8.7).
    /// </summary>
    public string? Disposition { get; init; }

    /// <summary>The content of a stream, from its current position. The stream is not disposed.</summary>
    public static MsrpOutgoingContent FromStream(MediaType contentType, Stream stream, long length)
    {
        ArgumentNullException.ThrowIfNull(stream);

        // A file that was not opened for it reads asynchronously by keeping a thread waiting: this one will do.
        return new MsrpOutgoingContent(contentType, length, stream is FileStream { IsAsync: false } file
            ? (memory, cancellationToken) => cancellationToken.IsCancellationRequested
                ? ValueTask.FromCanceled<int>(cancellationToken)
                : ValueTask.FromResult(file.Read(memory.Span))
            : stream.ReadAsync);
    }

    /// <summary>
    /// Bytes in memory. They are not copied and must not change until the sending call has ended, however it ends; after that they are not used any more. The same
    /// content may be sent any number of times.
    /// </summary>
    public static MsrpOutgoingContent FromMemory(MediaType contentType, ReadOnlyMemory<byte> bytes) =>
        FromSequence(contentType, new ReadOnlySequence<byte>(bytes));

    /// <summary>
    /// Bytes in memory, in any number of segments. They are not copied, except for small chunks that cross segments, and must not change until the sending call has
    /// ended, however it ends; after that they are not used any more. The same content may be sent any number of times.
    /// </summary>
    public static MsrpOutgoingContent FromSequence(MediaType contentType, ReadOnlySequence<byte> bytes)
    {
        ReadOnlySequence<byte> left = bytes;
        return new MsrpOutgoingContent(contentType, bytes.Length, (memory, _) =>
        {
            ReadOnlySequence<byte> next = left.Slice(0, Math.Min(memory.Length, left.Length));
            next.CopyTo(memory.Span);
            left = left.Slice(next.End);
            return ValueTask.FromResult((int)next.Length);
        })
        {
            Bytes = bytes,
        };
    }

    /// <summary>The bytes themselves, when they need not be read.</summary>
    internal ReadOnlySequence<byte>? Bytes { get; private init; }
}
