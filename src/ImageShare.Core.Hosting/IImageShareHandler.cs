namespace ImageShare.Core.Hosting;

/// <summary>
/// What an application does with invitations. Registered by <see cref="ImageShareBuilder.UseHandler{THandler}"/>; each invitation gets a handler and a scope of services of
/// its own, which are disposed of when the call ends. Calls for different invitations overlap.
/// </summary>
public interface IImageShareHandler
{
    /// <summary>
    /// Decides about an invitation and, if it accepts it, usually waits until the image has arrived. An invitation that is not decided when this ends is declined. If
    /// it throws, that is logged, and the caller is told that the image cannot be stored (500), unless the invitation is decided already.
    /// </summary>
    /// <param name="invitation">The invitation. The application keeps the session it gets for accepting it; disposing of that cancels the share.</param>
    /// <param name="stopping">Cancelled when the host stops. Running shares are cancelled then, so waiting for one ends anyway.</param>
    Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping);
}
