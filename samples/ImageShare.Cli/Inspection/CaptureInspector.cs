using ImageShare.Cli.Captures;

namespace ImageShare.Cli.Inspection;

/// <summary>The messages of a capture, one after the other.</summary>
internal static class CaptureInspector
{
    public static IEnumerable<Finding> Inspect(Stream file)
    {
        using IEnumerator<CapturedMessage> messages = CaptureFile.Read(file).GetEnumerator();
        bool isFirst = true;
        while (true)
        {
            Finding? broken = null;
            bool any = false;
            try
            {
                any = messages.MoveNext();
            }
            catch (CaptureException e)
            {
                broken = new Finding { Kind = "capture", Error = e.Message, Offset = e.Offset };
            }

            if (!any)
            {
                broken ??= isFirst ? new Finding { Kind = "capture", Error = CaptureFile.NothingFound } : null;
                if (broken is not null)
                {
                    yield return broken;
                }

                yield break;
            }

            isFirst = false;

            foreach (Finding finding in Describe(messages.Current))
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<Finding> Describe(CapturedMessage message)
    {
        if (message.Bytes.Length == 0)
        {
            return [new Finding { Kind = message.IsMsrp ? "msrp" : "sip", Start = message.StartLine, Error = message.Problem, Offset = message.Offset }];
        }

        // Where in the file a message is that came in several packets says its last packet.
        return message.IsMsrp
            ? MsrpInspector.Inspect(message.Bytes).Select(f => f with { Offset = message.Offset, BodyLength = message.BodyLength })
            : SipInspector.Inspect(message.Bytes).Select(f => f with { Offset = message.Offset });
    }
}
