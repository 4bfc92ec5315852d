namespace ImageShare.Core;

/// <summary>
/// The one exception this library throws for what can go wrong in a share. <see cref="Error"/> says what happened, the
/// message what to do next. Cancellation by the caller's own token is not wrapped: it is an
/// <see cref="OperationCanceledException"/>; wrong arguments are <see cref="ArgumentException"/>s.
/// </summary>
public sealed class ImageShareException : Exception
{
    /// <summary>Makes an exception for <paramref name="error"/>.</summary>
    /// <param name="error">What happened.</param>
    /// <param name="message">A sentence for a person: what happened and what to do next.</param>
    /// <param name="innerException">The system's own error, if one was behind it.</param>
    public ImageShareException(ImageShareError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>What happened.</summary>
    public ImageShareError Error { get; }

    /// <summary>The SIP status code behind the failure (RFC 3261 §21), or null when there was none.</summary>
    public int? SipStatus { get; init; }

    /// <summary>The MSRP status code behind the failure (RFC 4975 §10), or null when there was none.</summary>
    public int? MsrpStatus { get; init; }
}
