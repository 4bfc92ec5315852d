using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Takes a message apart that wraps other content (message/cpim, RFC 3862; multipart, RFC 2046), while it comes: hands out the parts that hold content
/// themselves, however deep they lie, and their octets with the transfer encoding undone. Keeps no content: a message of any size takes the same memory.
/// Does no I/O and never throws for what a peer sends. Not thread-safe.
/// </summary>
/// <remarks>
/// The octets have to be given in their order, in pieces of any size; the events are the same however they are cut. It finds the parts that
/// <see cref="MultipartCodec"/> finds in a whole body, but opens message/cpim as well, and passes over a multipart inside that has no parts.
/// </remarks>
public sealed class BodyUnwrapper
{
    // What is worked on at a time, and so the most that lies ready as events.
    private const int PieceLength = 16 * 1024;

    private readonly UnwrapOutput _output;
    private readonly UnwrapStage _root;
    private bool _ended;
    private bool _saidEnd;

    /// <summary>Makes one for a message.</summary>
    /// <param name="contentType">The type of the whole message; see <see cref="CanUnwrap"/>.</param>
    /// <param name="limits">
    /// What it may cost; null for the defaults. <see cref="MultipartLimits.MaxContentLength"/> does not count: nothing is kept.
    /// </param>
    /// <exception cref="ArgumentException">The type is none that wraps content.</exception>
    public BodyUnwrapper(MediaType contentType, MultipartLimits? limits = null)
    {
        if (!CanUnwrap(contentType))
        {
            throw new ArgumentException("Only multipart and message/cpim wrap content.", nameof(contentType));
        }

        _output = new UnwrapOutput(limits ?? MultipartLimits.Default);
        _root = UnwrapStage.For(new BodyPart { ContentType = contentType }, _output, depth: 0, isInMultipart: false);
    }

    /// <summary>Why the message cannot be read on; <see cref="UnwrapError.None"/> while it can.</summary>
    public UnwrapError Error => _output.Error;

    /// <summary>Whether a type is one that wraps content: any multipart, or message/cpim.</summary>
    public static bool CanUnwrap(MediaType contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        return contentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) || contentType.Is("message", "cpim");
    }

    /// <summary>Reads the next event and cuts off what it consumed, which in the end is everything.</summary>
    /// <param name="input">What has come.</param>
    /// <param name="next">The event; its octets are valid until the next call.</param>
    /// <returns>
    /// Done: there is an event, call again. NeedMoreData: come back when more has come, or call <see cref="End"/>. InvalidData: the message cannot be read on,
    /// see <see cref="Error"/>; every later call says so again.
    /// </returns>
    public OperationStatus Read(ref ReadOnlySequence<byte> input, out UnwrapEvent next)
    {
        while (true)
        {
            if (_output.TryTake(out next))
            {
                return OperationStatus.Done;
            }

            if (_output.Error != UnwrapError.None)
            {
                return OperationStatus.InvalidData;
            }

            if (_ended || input.IsEmpty)
            {
                bool atEnd = _ended && !_saidEnd;
                _saidEnd |= _ended;
                next = new UnwrapEvent(UnwrapEventKind.End, null, default, false);
                return atEnd ? OperationStatus.Done : OperationStatus.NeedMoreData;
            }

            ReadOnlySpan<byte> piece = FirstPiece(ref input);
            _output.Clear();
            _root.Push(piece);
            input = input.Slice(piece.Length);
        }
    }

    /// <summary>Says that the message has ended. What it still gives, and the end at last, is read by <see cref="Read"/> with nothing.</summary>
    public void End()
    {
        if (!_ended)
        {
            _ended = true;
            _output.Clear();
            if (_output.Error == UnwrapError.None)
            {
                _root.End();
            }
        }
    }

    // An empty segment in front is passed over: there is one behind it that is not.
    private static ReadOnlySpan<byte> FirstPiece(ref ReadOnlySequence<byte> input)
    {
        SequencePosition position = input.Start;
        ReadOnlyMemory<byte> piece;
        while (input.TryGet(ref position, out piece) && piece.IsEmpty)
        {
            input = input.Slice(position);
        }

        return piece.Span[..Math.Min(piece.Length, PieceLength)];
    }
}
