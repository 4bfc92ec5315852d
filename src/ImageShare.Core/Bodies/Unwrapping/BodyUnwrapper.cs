using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>
/// Unwraps a message while it arrives (message/cpim, RFC 3862; multipart, RFC 2046): returns the leaf parts at any depth and their decoded
/// content. It buffers no content, so memory use does not depend on the size of the message. Does no I/O and never throws because of a peer's
/// input. Not thread-safe: each call must complete before the next.
/// </summary>
/// <remarks>
/// Push the bytes in order in pieces of any size (<see cref="PushAsync"/>), and read the events of each piece (<see cref="TryRead"/>) before
/// pushing the next; events never hold more than the content of the last piece. The content of the parts does not depend on how the input is
/// split. It finds the same parts as <see cref="MultipartCodec"/>, but also opens message/cpim, and ignores nested multiparts without parts.
/// </remarks>
public sealed class BodyUnwrapper
{
    private readonly UnwrapOutput _output;
    private readonly IUnwrapStage _root;
    private bool _isEnded;

    /// <summary>Creates an unwrapper for a message.</summary>
    /// <param name="contentType">The content type of the message; see <see cref="CanUnwrap"/>.</param>
    /// <param name="limits">The limits; null for the defaults. <see cref="MultipartLimits.MaxContentBytes"/> is ignored because no content
    /// is buffered.</param>
    /// <exception cref="ArgumentException">The content type is neither multipart nor message/cpim.</exception>
    public BodyUnwrapper(MediaType contentType, MultipartLimits? limits = null)
    {
        if (!CanUnwrap(contentType))
        {
            throw new ArgumentException("Only multipart and message/cpim can be unwrapped; check with CanUnwrap first.", nameof(contentType));
        }

        _output = new UnwrapOutput(limits ?? MultipartLimits.Default);
        _root = _output.Open(new BodyPart { ContentType = contentType }, depth: 0);
        if (_root is ContentStage)
        {
            _output.Fail(UnwrapError.BadBoundary);
        }
    }

    /// <summary>Why reading failed; <see cref="UnwrapError.None"/> while it has not.</summary>
    public UnwrapError Error => _output.Error;

    /// <summary>Whether a type can be unwrapped: any multipart, or message/cpim.</summary>
    public static bool CanUnwrap(MediaType contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        return contentType.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) || contentType.Is("message", "cpim");
    }

    /// <summary>
    /// Pushes the next bytes. They have been processed when the task completes, which is almost always synchronously: it never waits for I/O,
    /// only for the caller's scheduler if that does not let it continue inline.
    /// </summary>
    /// <param name="content">The next bytes; not used after the task completes. Ignored after an error.</param>
    public ValueTask PushAsync(ReadOnlyMemory<byte> content)
    {
        _output.Clear();
        return _isEnded || content.IsEmpty || Error != UnwrapError.None ? ValueTask.CompletedTask : _root.PushAsync(content);
    }

    /// <summary>Signals the end of the message. Read the remaining events, up to <see cref="UnwrapEventKind.End"/>, with <see cref="TryRead"/>.</summary>
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
    /// <param name="next">The event. Its bytes are valid until the next call of another method.</param>
    /// <returns>False if there is no event: push more bytes, unless there is an <see cref="Error"/>.</returns>
    public bool TryRead(out UnwrapEvent next) => _output.TryTake(out next);
}
