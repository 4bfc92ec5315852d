using ImageShare.Core;
using ImageShare.Core.Hosting;
using ImageShare.Core.Sharing;
using Microsoft.Extensions.Logging;

namespace Hosted;

/// <summary>Accepts every image into the inbox, and says how each share ended.</summary>
internal sealed partial class InboxHandler(Inbox inbox, ILogger<InboxHandler> log) : IImageShareHandler
{
    public async Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping)
    {
        await using IImageShareSession session = await invitation.AcceptAsync(inbox.Store, cancellationToken: stopping);
        ImageShareResult result = await session.Completion;
        LogResult(log, result.State, result.Stored?.Path, result.Message);
    }

    [LoggerMessage(LogLevel.Information, "{State}: {Path} {Message}")]
    private static partial void LogResult(ILogger logger, ImageShareState state, string? path, string? message);
}
