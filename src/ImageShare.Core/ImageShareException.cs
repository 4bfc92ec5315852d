namespace ImageShare.Core;

/// <summary>
/// The exception this library throws when a share, a query or a protocol operation fails. <see cref="Error"/> says what happened, the message
/// also what to do next. Cancellation through the caller's token surfaces as <see cref="OperationCanceledException"/>, and invalid arguments
/// as <see cref="ArgumentException"/>.
/// </summary>
public sealed class ImageShareException : Exception
{
    /// <summary>Creates an exception.</summary>
    /// <param name="error">What happened.</param>
    /// <param name="message">A message for users: what happened and what to do next.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public ImageShareException(ImageShareError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>What happened.</summary>
    public ImageShareError Error { get; }

    /// <summary>The SIP status code that caused the failure (RFC 3261 §21), or null.</summary>
    public int? SipStatus { get; init; }

    /// <summary>The MSRP status code that caused the failure (RFC 4975 §10), or null.</summary>
    public int? MsrpStatus { get; init; }
}
