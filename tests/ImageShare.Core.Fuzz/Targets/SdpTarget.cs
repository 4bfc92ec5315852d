using ImageShare.Core.Sdp;

namespace ImageShare.Core.Fuzz.Targets;

/// <summary>The SDP reader. What parses prints to something that parses equal; no typed attribute throws.</summary>
internal static class SdpTarget
{
    public static void Run(byte[] input)
    {
        if (!SessionDescription.TryParse(input, null, out SessionDescription? session, out SdpReadError error))
        {
            Rule.Holds(error.Code != SdpReadErrorCode.None && error.Offset >= 0 && error.Offset <= input.Length, "An error has a code, and an offset inside the input.");
            return;
        }

        foreach (MediaDescription media in session.Media)
        {
            _ = (media.FileSelector, media.FileTransferId, media.FileDisposition, media.FileDate, media.FileIcon, media.FileRange);
            _ = (media.Path, media.AcceptTypes, media.AcceptWrappedTypes, media.MaxSize, media.Setup, media.Direction, media.HasMsrpCema, media.HasBareFileSelector);
            _ = (session.GetDirection(media), session.GetConnection(media), session.GetSetup(media));
        }

        byte[] printed = session.ToArray();
        Rule.Holds(SessionDescription.TryParse(printed, out SessionDescription? again), "What parsed prints to something that parses.");
        Rule.Holds(again == session, "What parsed prints to something that parses equal.");
        Rule.Holds(again!.ToArray().AsSpan().SequenceEqual(printed), "What was printed prints the same.");
    }
}
