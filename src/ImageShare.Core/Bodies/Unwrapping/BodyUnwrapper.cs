using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>
/// Takes a message apart that wraps other content (message/cpim, RFC 3862; multipart, RFC 2046), while it comes: hands out the parts that hold content
/// themselves, however deep they lie, and their octets with the transfer encoding undone. Keeps no content: a message of any size takes the same memory.
/// Does no I/O and never throws for what a peer sends. Not thread-safe: the next call is made when the last one has ended.
/// </summary>
/// <remarks>
/// Give it the octets in their order, in pieces of any size (<see cref="PushAsync"/>), and take the events of each (<see cref="TryRead"/>) before the
/// next: what lies ready is never more than what the last piece held. The events are the same however the octets are cut. It finds the parts that
/// <see cref="MultipartCodec"/> finds in a whole body, but opens message/cpim as well, and passes over a multipart inside that has no parts.
/// </remarks>
public sealed class BodyUnwrapper
{
    private readonly UnwrapOutput _output;
    private readonly IUnwrapStage _root;
    private bool _isEnded;

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
        _root = _output.Open(new BodyPart { ContentType = contentType }, depth: 0);
        if (_root is ContentStage)
        {
            _output.Fail(UnwrapError.BadBoundary);
        }
    }

    /// <summary>Why the message cannot be read on; <see cref="UnwrapError.None"/> while it can.</summary>
    public UnwrapError Error => _output.Error;

    /// <summary>Whether a type is one that wraps content: any multipart, or message/cpim.</summary>
    public static bool CanUnwrap(MediaType contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        return contentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) || contentType.Is("message", "cpim");
    }

    /// <summary>
    /// Takes the next octets. The reading is done when this has ended, which it nearly always has when it returns: it waits for nothing, and only goes on
    /// elsewhere when the caller's scheduler does not let it go on here.
    /// </summary>
    /// <param name="octets">What has come; read when the call has ended. After an error it is passed over.</param>
    public ValueTask PushAsync(ReadOnlyMemory<byte> octets)
    {
        _output.Clear();
        return _isEnded || octets.IsEmpty || Error != UnwrapError.None ? ValueTask.CompletedTask : _root.PushAsync(octets);
    }

    /// <summary>Says that the message has ended. What it still gives, and <see cref="UnwrapEventKind.End"/> at last, is then read by <see cref="TryRead"/>.</summary>
    public async ValueTask EndAsync()
    {
        _output.Clear();
        if (!_isEnded && Error == UnwrapError.None)
        {
            _isEnded = true;
            await _root.EndAsync().ConfigureAwait(false);
            _output.End();
        }
    }

    /// <summary>Reads the next event.</summary>
    /// <param name="next">The event; its octets are valid until the next call of another method.</param>
    /// <returns>False when there is none: give it more, unless there is an <see cref="Error"/>.</returns>
    public bool TryRead(out UnwrapEvent next) => _output.TryTake(out next);
}
